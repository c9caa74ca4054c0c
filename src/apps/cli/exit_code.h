// What the program's exit code says.
#pragma once

#include "base/error.h"

namespace vdp::cli {

enum ExitCode : int {
  exit_done = 0,
  exit_findings = 1,   ///< gaps, rejected files, failed checks
  exit_bad_usage = 2,  ///< the command line or a dataset file
  exit_failed = 3,
};

}  // namespace vdp::cli
