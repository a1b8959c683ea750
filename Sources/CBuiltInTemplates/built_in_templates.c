#include "built_in_templates.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// One entry for each file; a test compares the list with the folder.
static const unsigned char report_xhtml[] = {
#embed "../../Templates/report.xhtml.mustache"
};
static const unsigned char report_md[] = {
#embed "../../Templates/report.md.mustache"
};
static const unsigned char index_xhtml[] = {
#embed "../../Templates/index.xhtml.mustache"
};
static const unsigned char index_md[] = {
#embed "../../Templates/index.md.mustache"
};
static const unsigned char checks_xhtml[] = {
#embed "../../Templates/checks.xhtml.mustache"
};
static const unsigned char icons_xhtml[] = {
#embed "../../Templates/icons.xhtml.mustache"
};
static const unsigned char report_css[] = {
#embed "../../Templates/report.css"
};
static const unsigned char report_rng[] = {
#embed "../../Templates/report.rng"
};

static const unsigned char trends_css[] = {
#embed "../../Templates/trends.css"
};
static const unsigned char explore_html[] = {
#embed "../../Templates/explore.html"
};
static const unsigned char explore_css[] = {
#embed "../../Templates/explore.css"
};
static const unsigned char explore_js[] = {
#embed "../../Templates/explore.js"
};

static const built_in_template all[] = {
    {"report.xhtml.mustache", report_xhtml, sizeof report_xhtml},
    {"report.md.mustache", report_md, sizeof report_md},
    {"index.xhtml.mustache", index_xhtml, sizeof index_xhtml},
    {"index.md.mustache", index_md, sizeof index_md},
    {"checks.xhtml.mustache", checks_xhtml, sizeof checks_xhtml},
    {"icons.xhtml.mustache", icons_xhtml, sizeof icons_xhtml},
    {"report.css", report_css, sizeof report_css},
    {"report.rng", report_rng, sizeof report_rng},
    {"trends.css", trends_css, sizeof trends_css},
    {"explore.html", explore_html, sizeof explore_html},
    {"explore.css", explore_css, sizeof explore_css},
    {"explore.js", explore_js, sizeof explore_js},
};

built_in_template built_in_template_at(size_t index) {
    if (index < sizeof all / sizeof all[0]) {
        return all[index];
    }
    return (built_in_template){0};
}
