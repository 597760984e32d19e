// SPDX-License-Identifier: GPL-2.0-only
#include "props/cli/net.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "props/cli/cli.hpp"

namespace mprogcheck::cli {
namespace {

using nlohmann::json;

Spot spot_of(const std::string& text, std::size_t byte) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size()));
  const auto line = std::find(std::reverse_iterator(end), text.rend(), '\n').base();
  return {1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n')),
          1 + static_cast<std::size_t>(end - line)};
}

struct Entry {
  std::size_t begin;  // in the text
  json fields;
};

// The objects in the arrays behind "tc": [{"xdp": [], "tc": [{...}, {...}]}]. Reads events, for a
// tree does not know where its parts begin.
class Document : nlohmann::json_sax<json> {
 public:
  Document(const std::string& text, const std::string& file) : text_(text), file_(file), in_(text) {
    json::sax_parse(in_, static_cast<nlohmann::json_sax<json>*>(this));
    if (!any_) wrong(text.find_first_not_of(" \t\r\n"), "no \"tc\" here");
  }

  const std::vector<Entry>& entries() const { return entries_; }

  [[noreturn]] void wrong(std::size_t begin, const std::string& what) const {
    fail(begin, what + "; give what 'bpftool -j net' prints");
  }

  std::string text(const Entry& entry, const char* key) const {
    if (!entry.fields.contains(key) || !entry.fields[key].is_string())
      wrong(entry.begin, fmt::format("this has no \"{}\"", key));
    return entry.fields[key];
  }

  std::uint64_t number(const Entry& entry, const char* key) const {
    if (!entry.fields.contains(key) || !entry.fields[key].is_number_unsigned())
      wrong(entry.begin, fmt::format("this has no \"{}\" that is a number", key));
    return entry.fields[key];
  }

 private:
  enum What { array, object, other };

  // Each value as it begins, at its depth: the document, its objects, their arrays, the entries.
  void meet(What what) {
    if (depth_ == 0 && what != array)
      wrong(text_.find_first_not_of(" \t\r\n"), "expected an array");
    const bool of_tc = element_key_ == "tc";
    if (depth_ == 1) {
      element_key_.clear();
      element_ = position();
    }
    if (depth_ == 2 && of_tc && what != array) wrong(element_, "expected an array behind \"tc\"");
    if (depth_ == 2 && of_tc) any_ = true;
    if (depth_ == 3 && of_tc && what != object) wrong(element_, "expected objects in \"tc\"");
    if (depth_ == 3 && of_tc) entries_.push_back({position(), json::object()});
    if (what != other) ++depth_;
  }
  template <class T>
  bool value(const T& v) {
    if (depth_ == 4 && element_key_ == "tc") entries_.back().fields[entry_key_] = v;
    meet(other);
    return true;
  }
  // Of the bracket just read.
  std::size_t position() { return static_cast<std::size_t>(in_.tellg()) - 1; }

  bool start_object(std::size_t) override { return meet(object), true; }
  bool start_array(std::size_t) override { return meet(array), true; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool key(std::string& key) override {
    if (depth_ == 2) element_key_ = key;
    if (depth_ == 4) entry_key_ = key;
    return true;
  }
  bool null() override { return value(nullptr); }
  bool boolean(bool v) override { return value(v); }
  bool number_integer(std::int64_t v) override { return value(v); }
  bool number_unsigned(std::uint64_t v) override { return value(v); }
  bool number_float(double v, const std::string&) override { return value(v); }
  bool string(std::string& v) override { return value(v); }
  bool binary(json::binary_t&) override { return true; }
  bool parse_error(std::size_t byte, const std::string&, const json::exception&) override {
    fail(byte > 0 ? byte - 1 : 0, "this is no JSON; 'bpftool -j net' prints what is");
  }

  [[noreturn]] void fail(std::size_t byte, const std::string& what) const {
    throw BadInput(fmt::format("{}: {}", where(file_, spot_of(text_, byte)), what));
  }

  const std::string& text_;
  const std::string& file_;
  std::istringstream in_;
  std::vector<Entry> entries_;
  std::size_t depth_ = 0, element_ = 0;
  std::string element_key_, entry_key_;
  bool any_ = false;
};

// A program need not have a name. Of an entry without a link the link's id is 0, or missing.
ListedEntry known_of(const Document& document, const Entry& entry) {
  const std::string name = entry.fields.contains("name") ? document.text(entry, "name") : "";
  const ListedEntry known{
      .name = name.empty() ? "unnamed" : printable(name),
      .id = document.number(entry, "prog_id"),
      .owned_by_link = entry.fields.contains("link_id") && document.number(entry, "link_id") != 0};
  if (known.id == 0) document.wrong(entry.begin, "no program has the id 0");
  return known;
}

// Lists of the kind asked for, by device, and what else there is: an empty list is not printed.
struct Lists {
  std::map<std::string, std::vector<ListedEntry>> of_kind;
  std::set<std::string> devices;
  bool shows_kind = false;  // this bpftool, run so, prints such lists

  Lists(const Document& document, const Place& place) {
    for (const Entry& entry : document.entries()) add(document, entry, place);
  }

 private:
  void add(const Document& document, const Entry& entry, const Place& place) {
    const std::string device = printable(document.text(entry, "devname"));
    devices.insert(device);
    const std::string kind = document.text(entry, "kind");
    // Netkit came later than tcx, and its devices show their lists at one end alone.
    const bool netkit = kind.starts_with("netkit/");
    shows_kind |= place.kind.starts_with("netkit/")
                      ? netkit && (place.device.empty() || place.device == device)
                      : netkit || kind.starts_with("tcx/");
    if (kind != place.kind) return;
    of_kind[device].push_back(known_of(document, entry));
  }
};

std::string device_of(const Lists& lists, const std::string& file, const Place& place) {
  constexpr const char* kEmpty = "if the list is empty, leave --state out";
  if (!place.device.empty() && !lists.devices.empty() && !lists.devices.contains(place.device))
    throw BadInput(fmt::format("{}: nothing here is on {}; there is {}; {}", file, place.device,
                               fmt::join(lists.devices, ", "), kEmpty));
  if (!lists.shows_kind)
    throw BadInput(fmt::format(
        "{}: no {} here, which does not make the list empty: bpftool shows tcx from 7.3 on, netkit "
        "from 7.4 on, and both to root alone; {}",
        file, place.kind, kEmpty));
  if (!place.device.empty()) return place.device;
  std::vector<std::string> those;
  for (const auto& of_one : lists.of_kind) those.push_back(of_one.first);
  if (those.empty()) those.assign(lists.devices.begin(), lists.devices.end());
  if (those.size() > 1)
    throw BadInput(fmt::format("{}: {} of which device? choose with --device: {}", file, place.kind,
                               fmt::join(those, ", ")));
  return those[0];
}

}  // namespace

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c > ' ' && c < 127 && c != '#' && c != '\\'
               ? std::string(1, c)
               : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return out;
}

Listed read_net(const std::string& text, const std::string& file, const Place& place) {
  const Document document(text, file);
  Lists lists(document, {place.kind, printable(place.device)});
  Listed result{device_of(lists, file, {place.kind, printable(place.device)}), {}};
  result.entries = std::move(lists.of_kind[result.device]);
  if (result.entries.size() > kMaxCapacity)
    throw BadInput(fmt::format("{}: {} programs on {} of {}, a list of {} slots", file,
                               result.entries.size(), place.kind, result.device, kMaxCapacity));
  std::map<std::string, int> times;
  std::set<std::uint64_t> ids;
  for (const ListedEntry& entry : result.entries) {
    ++times[entry.name];
    if (!ids.insert(entry.id).second)
      throw BadInput(fmt::format("{}: program {} is twice on {} of {}, and can be there but once",
                                 file, entry.id, place.kind, result.device));
  }
  for (ListedEntry& entry : result.entries)
    if (times[entry.name] > 1) entry.name = fmt::format("{}#{}", entry.name, entry.id);
  return result;
}

void resolve_ids(std::vector<Directive>& directives, const std::string& file,
                 const std::vector<ListedEntry>& entries) {
  std::map<std::string, std::string> names;  // by what directives may say
  std::map<std::string, std::vector<std::string>> shared;
  std::vector<std::string> all;
  for (const ListedEntry& entry : entries) {
    const std::string bare = entry.name.substr(0, entry.name.find('#'));
    all.push_back(fmt::format("{}#{}", bare, entry.id));
    names[all.back()] = entry.name;
    if (bare != entry.name) shared[bare].push_back(entry.name);
  }
  for (Directive& d : directives)
    for (std::string* name : {&d.prog, &d.other}) {
      if (const auto several = shared.find(*name); several != shared.end())
        throw BadInput(fmt::format("{}: {} programs on the list are called {}; say which: {}",
                                   where(file, d.spot), several->second.size(), *name,
                                   fmt::join(several->second, ", ")));
      if (const auto known = names.find(*name); known != names.end())
        *name = known->second;
      else if (name->find('#') != std::string::npos)
        throw BadInput(fmt::format("{}: no program on the list is {}; {}", where(file, d.spot),
                                   *name,
                                   all.empty() ? std::string("none has an id")
                                               : fmt::format("there is {}", fmt::join(all, ", "))));
    }
}

}  // namespace mprogcheck::cli
