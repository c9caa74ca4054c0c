// vdp dlq: dead letters, with their reasons.
#include <fmt/format.h>

#include "apps/cli/forward_report.h"
#include "apps/cli/verb.h"
#include "queue/events/decode_message.h"

namespace vdp::cli {
namespace {

struct Options {
  DatasetOptions dataset;
  OutputOptions output;
  QueueLocation queue;
  std::size_t limit = 1000;
  std::vector<std::string> ids;
};

/// The URI of the file that it names, the first of several. What names none may be anything, and is not shown.
std::string subject(const DeadLetter& letter) {
  const auto decoded = decode_message(letter.body);
  if (!decoded || decoded->events.empty()) return fmt::format("a message of {} bytes", letter.body.size());
  const auto& events = decoded->events;
  if (events.size() == 1) return events.front().uri;
  return fmt::format("{} and {} more", events.front().uri, events.size() - 1);
}

Json letter_json(const DeadLetter& letter) {
  return {{"id", letter.id},
          {"uri", subject(letter)},
          {"reason", letter.reason},
          {"receive_count", letter.receive_count},
          {"sent_at", format_timestamp(letter.sent_us)},
          {"died_at", format_timestamp(letter.died_us)}};
}

void print_letters(const Options& options, const std::vector<DeadLetter>& letters, std::uint64_t dead) {
  for (const DeadLetter& letter : letters) {
    fmt::print("{} {} {}: {}\n", letter.id, format_timestamp(letter.died_us), subject(letter), letter.reason);
  }
  fmt::print("{}{}\n", count(dead, "dead letter"),
             dead > letters.size() ? fmt::format(", the first {} shown (--limit)", letters.size()) : "");
  if (dead != 0) fmt::print("next: vdp dlq redrive {}, once their causes are repaired\n", options.dataset.path);
}

int list(const Options& options) {
  const auto file = load_dataset(options.dataset, options.output);
  if (!file) return file.error();
  const auto queue = find_dataset_queue(*file, options.queue);
  if (!queue) return report_error(queue.error(), options.output);
  std::vector<DeadLetter> letters;
  QueueDepth depth;
  if (*queue != nullptr) {
    const auto found = (*queue)->dead_letters(options.limit);
    const auto found_depth = (*queue)->depth();
    if (!found || !found_depth) return report_error(found ? found_depth.error() : found.error(), options.output);
    letters = *found;
    depth = *found_depth;
  }
  if (options.output.json) {
    Json entries = Json::array();
    for (const DeadLetter& letter : letters) entries.push_back(letter_json(letter));
    print_json({{"dataset", file->identity.name}, {"dead", depth.dead}, {"letters", std::move(entries)}});
  } else {
    print_letters(options, letters, depth.dead);
  }
  return depth.dead != 0 ? exit_findings : exit_done;
}

/// All of them, where none is named: in turns, as a turn shows no more than the limit.
Result<std::size_t> redrive_letters(Queue& queue, const std::vector<std::string>& ids) {
  if (!ids.empty()) return queue.redrive(ids);
  std::size_t total = 0;
  while (true) {
    VDP_ASSIGN(const auto letters, queue.dead_letters(10'000));
    if (letters.empty()) return total;
    std::vector<std::string> found;
    for (const DeadLetter& letter : letters) found.push_back(letter.id);
    VDP_ASSIGN(const std::size_t redriven, queue.redrive(found));
    total += redriven;
    // Another program has them in hand.
    if (redriven == 0) return total;
  }
}

int redrive(const Options& options) {
  const auto file = load_dataset(options.dataset, options.output);
  if (!file) return file.error();
  const auto queue = find_dataset_queue(*file, options.queue);
  if (!queue) return report_error(queue.error(), options.output);
  const auto redriven = *queue == nullptr ? Result<std::size_t>(0) : redrive_letters(**queue, options.ids);
  if (!redriven) return report_error(redriven.error(), options.output);
  if (options.output.json) {
    print_json({{"dataset", file->identity.name}, {"redriven", *redriven}});
  } else {
    fmt::print("{} waiting again\n", count(*redriven, "message"));
    fmt::print("next: vdp forward {}\n", options.dataset.path);
  }
  return exit_done;
}

int discard(const Options& options) {
  const auto file = load_dataset(options.dataset, options.output);
  if (!file) return file.error();
  const auto queue = find_dataset_queue(*file, options.queue);
  if (!queue) return report_error(queue.error(), options.output);
  const auto discarded = *queue == nullptr ? Result<std::size_t>(0) : (*queue)->discard(options.ids);
  if (!discarded) return report_error(discarded.error(), options.output);
  if (options.output.json) {
    print_json({{"dataset", file->identity.name}, {"discarded", *discarded}});
  } else {
    fmt::print("{} forgotten\n", count(*discarded, "dead letter"));
    fmt::print("next: vdp dlq list {}\n", options.dataset.path);
  }
  return exit_done;
}

CLI::App* add_verb(CLI::App& parent, Action& action, const std::string& name, const std::string& description,
                   const std::shared_ptr<Options>& options, int (*run)(const Options&)) {
  auto* verb = parent.add_subcommand(name, description);
  add_dataset_options(*verb, options->dataset);
  add_output_options(*verb, options->output);
  add_queue_options(*verb, options->queue);
  verb->callback([options, &action, run] { action = [options, run] { return run(*options); }; });
  return verb;
}

}  // namespace

void add_dlq(CLI::App& program, Action& action) {
  auto* dlq = program.add_subcommand("dlq", "messages that could not be written, with reasons");
  dlq->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  add_verb(*dlq, action, "list", "show them", options, list)
      ->add_option("--limit", options->limit, "the most to show")
      ->capture_default_str();
  add_verb(*dlq, action, "redrive", "try them again", options, redrive)
      ->add_option("ids", options->ids, "which ones; all where none is named");
  add_verb(*dlq, action, "discard", "forget them", options, discard)
      ->add_option("ids", options->ids, "which ones")
      ->required();
}

}  // namespace vdp::cli
