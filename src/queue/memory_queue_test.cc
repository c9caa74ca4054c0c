#include "queue/memory_queue.h"

#include "queue/conformance.h"

namespace vdp {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, QueueConformance, testing::Values(QueueCase{"memory", make_memory_queue}),
                         queue_case_name);

TEST(MemoryQueue, HundredsOfThousandsOfMessagesAreQuick) {
  const QueuePtr queue = make_memory_queue();
  ASSERT_TRUE(queue->send(std::vector<std::string>(200'000, "body")));
  std::size_t received = 0;
  while (true) {
    const auto messages = queue->receive(100, 60'000'000).value();
    if (messages.empty()) break;
    std::vector<std::string> receipts;
    for (const Message& message : messages) receipts.push_back(message.receipt);
    ASSERT_TRUE(queue->remove(receipts));
    received += messages.size();
  }
  EXPECT_EQ(received, 200'000U);
}

}  // namespace
}  // namespace vdp
