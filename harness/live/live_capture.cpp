// SPDX-License-Identifier: BSD-3-Clause
#include "harness/live/live_capture.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "harness/live/network_namespace.hpp"

namespace ringside::harness {
namespace {

// Kernel memory between arrival and the reading thread: a second of 25,000 packets/s even where
// each takes a slot of 1 to 2 kB.
constexpr int kBufferBytes = 32 << 20;
constexpr std::size_t kRoomForTags = 16;

using Handle = std::unique_ptr<pcap_t, decltype(&::pcap_close)>;

/// A socket belongs to the namespace of the thread that opens it: this runs inside.
Status open_handle(const std::string& interface, std::size_t max_frame, Handle& handle) {
  char why[PCAP_ERRBUF_SIZE] = "";
  handle.reset(::pcap_create(interface.c_str(), why));
  if (!handle) return environment_error(fmt::format("cannot capture on {}: {}", interface, why));
  ::pcap_set_snaplen(handle.get(), static_cast<int>(max_frame + kRoomForTags));
  ::pcap_set_immediate_mode(handle.get(), 1);
  ::pcap_set_buffer_size(handle.get(), kBufferBytes);
  ::pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  if (::pcap_activate(handle.get()) < 0 || ::pcap_setnonblock(handle.get(), 1, why) < 0 ||
      ::pcap_setdirection(handle.get(), PCAP_D_IN) < 0) {
    return environment_error(
        fmt::format("cannot capture on {}: {}", interface, ::pcap_geterr(handle.get())));
  }
  return Done{};
}

}  // namespace

struct LiveCapture::Impl {
  Handle handle{nullptr, &::pcap_close};
  FileDescriptor wake{::eventfd(0, EFD_CLOEXEC)};
  std::thread reader;
  std::atomic<std::size_t> count{0};
  LiveCaptured captured;  ///< the reader's until it is joined

  ~Impl() { end(); }

  void end() {
    if (!reader.joinable()) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof(one));
    reader.join();
  }

  /// Takes all that waits in the kernel's buffer; false when the capture is broken.
  bool take() {
    for (;;) {
      const int taken =
          ::pcap_dispatch(handle.get(), -1, &Impl::keep, reinterpret_cast<u_char*>(this));
      if (taken == 0) return true;
      if (taken < 0) {
        captured.error = ::pcap_geterr(handle.get());
        return false;
      }
      count.store(captured.frames.size(), std::memory_order_relaxed);
    }
  }

  static void keep(u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
    const std::span frame(reinterpret_cast<const std::byte*>(bytes), header->caplen);
    const auto time_ns = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000 +
                         static_cast<std::uint64_t>(header->ts.tv_usec);
    reinterpret_cast<Impl*>(self)->captured.frames.add(frame, time_ns, header->len);
  }

  void read_until_woken() {
    pollfd waits[] = {{::pcap_get_selectable_fd(handle.get()), POLLIN, 0}, {wake.get(), POLLIN, 0}};
    bool woken = false;
    while (!woken) {
      ::poll(waits, 2, -1);
      woken = (waits[1].revents & POLLIN) != 0;
      if (!take()) return;
    }
  }
};

LiveCapture::LiveCapture(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveCapture::LiveCapture(LiveCapture&&) noexcept = default;
LiveCapture& LiveCapture::operator=(LiveCapture&&) noexcept = default;
LiveCapture::~LiveCapture() = default;

Result<LiveCapture> LiveCapture::start(const FileDescriptor& network_namespace,
                                       const std::string& interface, std::size_t max_frame) {
  auto impl = std::make_unique<Impl>();
  const Status opened = run_inside(network_namespace,
                                   [&] { return open_handle(interface, max_frame, impl->handle); });
  if (!opened) return opened.error();

  // Signals are the main thread's: the reader inherits a mask that blocks them all.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  impl->reader = std::thread([raw = impl.get()] { raw->read_until_woken(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return LiveCapture(std::move(impl));
}

std::size_t LiveCapture::count() const {
  return impl_->count.load(std::memory_order_relaxed);
}

LiveCaptured LiveCapture::stop() {
  impl_->end();
  pcap_stat statistics{};
  if (::pcap_stats(impl_->handle.get(), &statistics) == 0) {
    impl_->captured.lost_by_capture = statistics.ps_drop;
  } else if (impl_->captured.error.empty()) {
    impl_->captured.error = ::pcap_geterr(impl_->handle.get());
  }
  return std::move(impl_->captured);
}

}  // namespace ringside::harness
