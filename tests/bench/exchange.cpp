// One request over and over on kept-alive sockets and nothing else: what a call costs at least.
// Prints {"exchanges", "seconds", "cpu_us", "median_us", "p99_us", "bytes"}; cpu_us is the process
// time of one exchange, bytes the size of a body.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::uint16_t> ports;  // thread i takes the i-th, and round again
  std::string request_file;
  std::size_t threads = 1;
  std::size_t count = 0;  // of each thread; 0: as `seconds` says
  double seconds = 1.0;
  bool fresh = false;              // a connection for each exchange, for servers that keep none
  std::uint16_t prepare_port = 0;  // asked before every exchange, outside the measured time
};

class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("cannot connect to port " + std::to_string(port));
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The size of the body.
  std::size_t exchange(const std::string& request) {
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      throw std::runtime_error("the request was not taken");
    std::size_t have = 0;
    const char* body = nullptr;
    while (!body) {
      have += receive(have);
      if (void* end = ::memmem(buffer_.data(), have, "\r\n\r\n", 4))
        body = static_cast<const char*>(end) + 4;
    }
    const std::string_view head(buffer_.data(), static_cast<std::size_t>(body - buffer_.data()));
    if (!head.starts_with("HTTP/1.1 200"))
      throw std::runtime_error("answered: " + std::string(head.substr(0, head.find('\r'))));
    const std::size_t length = content_length(head);
    for (std::size_t got = have - head.size(); got < length;) got += receive(0);
    return length;
  }

 private:
  std::size_t receive(std::size_t at) {
    if (at == buffer_.size()) throw std::runtime_error("a head that is too long");
    const ssize_t got = ::recv(socket_, buffer_.data() + at, buffer_.size() - at, 0);
    if (got <= 0) throw std::runtime_error("the connection was closed");
    return static_cast<std::size_t>(got);
  }

  static std::size_t content_length(std::string_view head) {
    constexpr std::string_view kName = "\r\ncontent-length: ";
    for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string_view::npos; at += 2) {
      const auto line = head.substr(at);
      if (line.size() < kName.size() || ::strncasecmp(line.data(), kName.data(), kName.size()) != 0)
        continue;
      std::size_t length = 0;
      std::from_chars(line.data() + kName.size(), line.data() + line.size(), length);
      return length;
    }
    throw std::runtime_error("an answer without Content-Length");
  }

  int socket_;
  std::vector<char> buffer_ = std::vector<char>(256U << 10);
};

struct Result {
  std::vector<double> latencies_us;
  std::size_t bytes = 0;
};

Result run(const Options& options, std::uint16_t port, const std::string& request) {
  auto connection = std::make_unique<Connection>(port);
  std::unique_ptr<Connection> preparing;
  if (options.prepare_port) preparing = std::make_unique<Connection>(options.prepare_port);
  Result result;
  const auto end = Clock::now() + std::chrono::duration<double>(options.seconds);
  const auto more = [&](Clock::time_point now) {
    const auto done = result.latencies_us.size();
    return options.count ? done < options.count : now < end || done < 3;
  };
  for (auto began = Clock::now(); more(began); began = Clock::now()) {
    if (preparing) {
      preparing->exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
      began = Clock::now();
    }
    if (options.fresh) connection = std::make_unique<Connection>(port);
    result.bytes = connection->exchange(request);
    const std::chrono::duration<double, std::micro> took = Clock::now() - began;
    result.latencies_us.push_back(took.count());
  }
  return result;
}

double cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

void measure(const Options& options, const std::string& request) {
  std::vector<Result> results(options.threads);
  std::vector<std::exception_ptr> failures(options.threads);
  const double cpu_before = cpu_us();
  const auto began = Clock::now();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < options.threads; ++i)
      threads.emplace_back([&, i] {
        try {
          results[i] = run(options, options.ports[i % options.ports.size()], request);
        } catch (...) {
          failures[i] = std::current_exception();
        }
      });
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  const double cpu = cpu_us() - cpu_before;
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
  std::vector<double> all;
  for (const Result& one : results)
    all.insert(all.end(), one.latencies_us.begin(), one.latencies_us.end());
  std::sort(all.begin(), all.end());
  std::cout << "{\"exchanges\": " << all.size() << ", \"seconds\": " << took.count()
            << ", \"cpu_us\": " << cpu / static_cast<double>(all.size())
            << ", \"median_us\": " << all[all.size() / 2]
            << ", \"p99_us\": " << all[(all.size() * 99 - 1) / 100]
            << ", \"bytes\": " << results.front().bytes << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("One request over and over on kept-alive connections to loopback.");
  app.add_option("--port", options.ports, "repeatable")->required();
  app.add_option("--request", options.request_file, "file with the bytes to send")->required();
  app.add_option("--threads", options.threads, "connections at once")->check(CLI::Range(1, 256));
  app.add_option("--count", options.count, "exchanges of each thread");
  app.add_option("--seconds", options.seconds, "or how long; at least three exchanges");
  app.add_flag("--fresh", options.fresh, "a connection for each exchange");
  app.add_option("--prepare", options.prepare_port, "port that gets a POST / before each exchange");
  CLI11_PARSE(app, argc, argv);
  try {
    std::ifstream file(options.request_file, std::ios::binary);
    measure(options, {std::istreambuf_iterator<char>(file), {}});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench-exchange: " << error.what() << '\n';
    return 1;
  }
}
