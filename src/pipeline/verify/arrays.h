// Whether the arrays along the axis agree with each other, and the axis with itself.
#pragma once

#include "pipeline/verify/context.h"

namespace vdp {

/// Findings: every array of the dataset's group whose length along the axis is not the coordinate's, and coordinate
/// values that do not strictly increase or, on a regular axis, are not the computed ones.
Status verify_arrays(VerifyContext& context);

}  // namespace vdp
