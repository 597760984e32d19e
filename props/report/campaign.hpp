// SPDX-License-Identifier: GPL-2.0-only
// The report of a store of campaigns: one document, and the forms that are made of it.
//
// The same store gives the same report: nothing in it is read from a clock.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "props/store/store.hpp"

namespace mprogcheck::report {

// The document of 'store show --json'. All strings in it are plain text.
nlohmann::ordered_json campaign_document(const Store& store);

// Adds to a document, as `since`, what is new, gone and changed in it since an earlier one.
void compare(nlohmann::ordered_json& document, const std::string& name,
             const nlohmann::ordered_json& earlier);
// The text of an earlier document. Throws StoreFailed if that is something else.
nlohmann::ordered_json parse_campaign(const std::string& file, const std::string& text);

// The last lists of a finding: before the operation that deviates, and after it as the model has
// it; what was observed, where that is a list. Null if the trace shows none.
nlohmann::ordered_json picture(const stored::Finding& finding);

std::string campaign_page(const nlohmann::ordered_json& document);
std::string campaign_markdown(const nlohmann::ordered_json& document);
std::string campaign_junit(const nlohmann::ordered_json& document);
std::string campaign_sarif(const nlohmann::ordered_json& document, const std::string& version);

// An earlier document by its text, and what it is called.
struct Earlier {
  std::string name, text;
};
struct CampaignForm {
  std::string_view format;   // html, markdown, json, junit or sarif
  std::string_view verb;     // that a document of JSON names
  int schema = 1;            // and its version
  std::string version = {};  // of mprogcheck, for SARIF
  std::optional<Earlier> since = {};
};
// The report in one of its forms. Throws StoreFailed.
std::string campaign_report(const Store& store, const CampaignForm& form);

// A line of a plot: points in the order of x, and what it is.
struct Line {
  std::string name;
  std::vector<std::pair<double, double>> points;
};
// As SVG, with axes from 0 that are labelled. Many points are drawn as fewer.
std::string plot(const std::string& x, const std::string& y, const std::vector<Line>& lines);

// "2026-12-01 05:00:00", in UTC.
std::string utc(stored::Time at);

}  // namespace mprogcheck::report
