// Receipts of the queues that number their messages: "NUMBER-DELIVERY". Numbers are never used again and
// deliveries count up, so that the receipt of one delivery is never good for another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vdp {

struct Receipt {
  std::int64_t number = 0;    ///< of the message, from 1; a redriven message has a new one
  std::int64_t delivery = 0;  ///< its receive count, from 1

  std::string text() const;
};

/// Nothing for a text that text() never wrote.
std::optional<Receipt> parse_receipt(std::string_view text);

/// `not_found`: the receipt is not, or no more, that of its message's last delivery.
Failure no_delivery(std::string_view receipt);

}  // namespace vdp
