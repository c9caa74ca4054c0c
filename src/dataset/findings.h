// Everything that is wrong with a dataset file, gathered.
#pragma once

#include <string>
#include <vector>

#include "dataset/dataset_file.h"

namespace vdp::dataset {

class Findings {
 public:
  void add(Finding::Kind kind, std::string key, std::uint32_t line, std::string message) {
    all_.push_back({kind, std::move(key), line, std::move(message)});
  }
  void invalid(std::string key, std::uint32_t line, std::string message) {
    add(Finding::Kind::invalid, std::move(key), line, std::move(message));
  }
  void not_implemented(std::string key, std::uint32_t line, std::string_view what) {
    add(Finding::Kind::not_implemented, std::move(key), line, "not implemented yet: " + std::string(what));
  }

  bool empty() const { return all_.empty(); }
  /// In order of lines, those of one line in order of their finding.
  std::vector<Finding> take();

 private:
  std::vector<Finding> all_;
};

}  // namespace vdp::dataset
