// The counts of one dump with simdjson's On-Demand interface, as a careful user would write it: one pass over each
// row's fields in document order, no copies of text, and code lookups without copies. With --log, the counts of all
// dumps of a log, one per line, with iterate_many.
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_map>

using namespace simdjson;

struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Counts {
    uint64_t rows = 0, created = 0, existing = 0, failed = 0;
    std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>> codes;

    void add(ondemand::array results) {
        for (ondemand::object row : results) {
            bool is_created = false, is_existing = false, is_failed = false;
            std::string_view code;
            for (auto field : row) {
                auto key = field.unescaped_key().value();
                auto value = field.value();
                if (key == "created") {
                    is_created = !value.is_null() && value.get_bool().value();
                } else if (key == "existing") {
                    is_existing = !value.is_null() && value.get_bool().value();
                } else if (key == "error" && !value.is_null()) {
                    is_failed = true;
                    for (auto member : value.get_object()) {
                        if (member.unescaped_key().value() == "code") code = member.value().get_string().value();
                    }
                }
            }
            rows++;
            if (is_failed) {
                failed++;
                auto found = codes.find(code);
                if (found == codes.end()) found = codes.emplace(std::string(code), 0).first;
                found->second++;
            } else if (is_existing) {
                existing++;
            } else if (is_created) {
                created++;
            }
        }
    }

    void print() const {
        std::printf("%llu %llu %llu %llu", (unsigned long long)rows, (unsigned long long)created,
                    (unsigned long long)existing, (unsigned long long)failed);
        uint64_t sum = 0;
        for (auto &[code, number] : codes) sum += number;
        std::printf(" %zu %llu\n", codes.size(), (unsigned long long)sum);
    }
};

int main(int count, char **arguments) {
    bool isLog = count == 3 && std::string_view(arguments[1]) == "--log";
    if (count != 2 && !isLog) return 64;
    auto bytes = padded_string::load(arguments[count - 1]).value();
    ondemand::parser parser;
    Counts counts;
    if (isLog) {
        ondemand::document_stream documents = parser.iterate_many(bytes, 1 << 20).value();
        for (auto document : documents) counts.add(document["results"].get_array());
    } else {
        auto document = parser.iterate(bytes).value();
        counts.add(document.get_object()["results"].get_array());
    }
    counts.print();
}
