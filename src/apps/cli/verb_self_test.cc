// vdp self-test: does this program work where it stands? What the smoke test of an image runs; needs no network, no
// disk.
#include <fmt/format.h>

#include "apps/cli/verb.h"
#include "pipeline/forward.h"
#include "processors/registry.h"
#include "queue/granule_message.h"
#include "queue/memory_queue.h"

namespace vdp::cli {
namespace {

constexpr std::uint64_t sample_files = 3;

/// The sample processor, chosen by its name, through the forward path into a repository in memory and back.
Status run_sample() {
  VDP_ASSIGN(const auto processor, make_processor("sample", {}));
  VDP_ASSIGN(auto repository, processor->initialize_store({}));
  const auto queue = make_memory_queue();
  std::vector<std::string> bodies;
  for (std::uint64_t i = 0; i < sample_files; ++i) {
    Granule granule;
    granule.key = fmt::format("sample.{:06}.bin", i);
    granule.uri = "s3://sample/" + granule.key;
    bodies.push_back(encode_granule(granule));
  }
  VDP_TRY(queue->send(bodies));
  VDP_ASSIGN(const auto report, forward(*processor, repository, *queue, {}));
  if (report.outcomes.written != sample_files || report.commits != 1) {
    return internal(fmt::format("{} files in {} commits were written, expected {} in 1", report.outcomes.written,
                                report.commits, sample_files));
  }
  VDP_ASSIGN(const auto session, repository.readonly_session(icechunk::Branch{"main"}));
  VDP_ASSIGN(const auto chunk, session.chunk_ref("/value", {sample_files - 1, 0}));
  if (!chunk) return internal("the last file's reference is not in the store");
  return {};
}

int self_test(const OutputOptions& output) {
  const Status passed = run_sample();
  if (!passed) return report_error(passed.error(), output);
  if (output.json) {
    print_json({{"passed", true}, {"processors", processor_names()}});
  } else {
    fmt::print("self-test passed; processors:");
    for (const std::string& name : processor_names()) fmt::print(" {}", name);
    fmt::print("\n");
  }
  return exit_done;
}

}  // namespace

void add_self_test(CLI::App& program, Action& action) {
  auto output = std::make_shared<OutputOptions>();
  auto* verb = program.add_subcommand("self-test", "does this program work where it stands?");
  add_output_options(*verb, *output);
  verb->callback([output, &action] { action = [output] { return self_test(*output); }; });
}

}  // namespace vdp::cli
