// The links of an HTML page, for listings of servers that have no other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vdp {

/// The href of every <a>, in the page's order, with its character references resolved. Comments, scripts and styles are
/// passed over. Takes time in proportion to the page, whatever it holds.
std::vector<std::string> html_links(std::string_view page);

}  // namespace vdp
