// The counts of a log of dumps, one on each line, by simdjson's On-Demand interface and `iterate_many`, as a careful user
// would write it: one pass over each row's fields, no copy of a text, and a code looked up without one.
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

int main(int count, char **arguments) {
    if (count != 2) return 64;
    auto bytes = padded_string::load(arguments[1]).value();
    ondemand::parser parser;
    uint64_t rows = 0, created = 0, existing = 0, failed = 0;
    std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>> codes;
    ondemand::document_stream documents = parser.iterate_many(bytes, 1 << 20).value();
    for (auto document : documents) {
        for (ondemand::object row : document["results"].get_array()) {
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
    std::printf("%llu %llu %llu %llu", (unsigned long long)rows, (unsigned long long)created,
                (unsigned long long)existing, (unsigned long long)failed);
    uint64_t sum = 0;
    for (auto &[code, number] : codes) sum += number;
    std::printf(" %zu %llu\n", codes.size(), (unsigned long long)sum);
}
