// SPDX-License-Identifier: GPL-2.0-only
// Results as text for people and as JSON for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "model/check.hpp"
#include "props/campaign.hpp"

namespace mprogcheck::cli {

std::string summary(const CampaignResult& result);
nlohmann::ordered_json json_of(const CampaignResult& result);
nlohmann::ordered_json json_of(const Deviation& deviation, const Trace& trace);

}  // namespace mprogcheck::cli
