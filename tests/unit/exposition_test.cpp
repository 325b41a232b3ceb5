#include "publish/exposition.h"

#include <doctest/doctest.h>

#include "publish/negotiate.h"
#include "view.h"

namespace boxmeter::exposition_test {

using test::Views;

namespace {

Series own(const std::string& name, MetricType type, std::vector<Point> points) {
  return {std::make_shared<const Family>(Family{.name = name, .type = type, .help = "Ours."}),
          std::move(points)};
}

}  // namespace

TEST_CASE("the format is negotiated as Prometheus and people ask for it") {
  const struct {
    const char* accept;
    Exposition expected;
  } rows[] = {
      {"", Exposition::text},
      {"*/*", Exposition::text},
      {"text/html,application/xhtml+xml,*/*;q=0.8", Exposition::text},
      {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
       "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       Exposition::openmetrics},
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
       "openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
       "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
       Exposition::openmetrics},
      {"application/openmetrics-text", Exposition::openmetrics},
      {"Application/OpenMetrics-Text; Version=\"1.0.0\"", Exposition::openmetrics},
      {"application/openmetrics-text;version=0.0.1", Exposition::text},
      {"application/openmetrics-text;q=0", Exposition::text},
      {"application/openmetrics-text;q=0.5, text/plain", Exposition::text},
      {"application/openmetrics-text;q=0.5, text/plain;q=0.4, */*", Exposition::openmetrics},
      {"application/openmetrics-text;q=0.5, text/*;q=0.6, */*;q=0.1", Exposition::text},
      {"application/openmetrics-text;q=nonsense;;,,=", Exposition::openmetrics},
  };
  for (const auto& row : rows) {
    CAPTURE(row.accept);
    CHECK(negotiate(row.accept) == row.expected);
  }
}

TEST_CASE("gzip is for clients that take it") {
  for (const auto* yes : {"gzip", "deflate, GZIP;q=0.5", "x-gzip", "*", "br, *;q=0.1"}) {
    CAPTURE(yes);
    CHECK(accepts_gzip(yes));
  }
  for (const auto* no :
       {"", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *", "gzipped", "br"}) {
    CAPTURE(no);
    CHECK_FALSE(accepts_gzip(no));
  }
}

TEST_CASE("families are merged over devices and sorted, in text") {
  Views views;
  views.device("home")
      .add({"box_wan_receive_bytes_total", MetricType::counter, "Bytes received."}, {}, 13332830)
      .add({"box_info", MetricType::info, "The box."}, {{"model", "7590"}}, 1);
  views.device("free")
      .add({"box_info", MetricType::info, "The box."}, {{"model", "v9"}}, 1)
      .add({"box_dsl_state", MetricType::stateset, "The line."}, {{"state", "up"}}, 1);

  CHECK(render(views.view(), {}, Exposition::text) ==
        "# HELP box_dsl_state The line.\n"
        "# TYPE box_dsl_state gauge\n"
        "box_dsl_state{device=\"free\",state=\"up\"} 1\n"
        "# HELP box_info The box.\n"
        "# TYPE box_info gauge\n"
        "box_info{device=\"home\",model=\"7590\"} 1\n"
        "box_info{device=\"free\",model=\"v9\"} 1\n"
        "# HELP box_wan_receive_bytes_total Bytes received.\n"
        "# TYPE box_wan_receive_bytes_total counter\n"
        "box_wan_receive_bytes_total{device=\"home\"} 13332830\n");
}

TEST_CASE("OpenMetrics names families without _total and _info, and tells the unit") {
  Views views;
  views.device("home")
      .add({"box_wan_receive_bytes_total", MetricType::counter, "Bytes received."}, {}, 13332830)
      .add({"box_info", MetricType::info, "The box."}, {{"model", "7590"}}, 1)
      .add({"box_dsl_state", MetricType::stateset, "The line."}, {{"state", "up"}}, 1)
      .add({"gateway_uptime", MetricType::counter, "Foreign.", true}, {}, 5)
      .add({"box_uptime_seconds", MetricType::gauge, "Up."}, {}, 9);

  CHECK(render(views.view(), {}, Exposition::openmetrics) ==
        "# TYPE box_dsl_state gauge\n"
        "# HELP box_dsl_state The line.\n"
        "box_dsl_state{device=\"home\",state=\"up\"} 1\n"
        "# TYPE box info\n"
        "# HELP box The box.\n"
        "box_info{device=\"home\",model=\"7590\"} 1\n"
        "# TYPE box_uptime_seconds gauge\n"
        "# UNIT box_uptime_seconds seconds\n"
        "# HELP box_uptime_seconds Up.\n"
        "box_uptime_seconds{device=\"home\"} 9\n"
        "# TYPE box_wan_receive_bytes counter\n"
        "# UNIT box_wan_receive_bytes bytes\n"
        "# HELP box_wan_receive_bytes Bytes received.\n"
        "box_wan_receive_bytes_total{device=\"home\"} 13332830\n"
        "# TYPE gateway_uptime unknown\n"
        "# HELP gateway_uptime Foreign.\n"
        "gateway_uptime{device=\"home\"} 5\n"
        "# EOF\n");
}

TEST_CASE("no two families of an OpenMetrics page have one name") {
  Views views;
  views.device("home")
      .add({"box_disk", MetricType::gauge, "A."}, {}, 1)
      .add({"box_disk_info", MetricType::info, "B."}, {}, 1)
      .add({"box_host_info", MetricType::info, "C."}, {}, 1)
      .add({"box_host_total", MetricType::counter, "D."}, {}, 1);

  CHECK(render(views.view(), {}, Exposition::openmetrics) ==
        "# TYPE box_disk gauge\n# HELP box_disk A.\nbox_disk{device=\"home\"} 1\n"
        "# TYPE box_disk_info gauge\n# HELP box_disk_info B.\nbox_disk_info{device=\"home\"} 1\n"
        "# TYPE box_host info\n# HELP box_host C.\nbox_host_info{device=\"home\"} 1\n"
        "# TYPE box_host_total unknown\n# HELP box_host_total D.\n"
        "box_host_total{device=\"home\"} 1\n# EOF\n");
}

TEST_CASE("help is escaped as each format wants it") {
  Views views;
  views.device("home").add({"x", MetricType::gauge, "say \"a\\b\"\nand go"}, {}, 1);

  CHECK(render(views.view(), {}, Exposition::text) ==
        "# HELP x say \"a\\\\b\"\\nand go\n# TYPE x gauge\nx{device=\"home\"} 1\n");
  CHECK(render(views.view(), {}, Exposition::openmetrics) ==
        "# TYPE x gauge\n# HELP x say \\\"a\\\\b\\\"\\nand go\nx{device=\"home\"} 1\n# EOF\n");
}

TEST_CASE("our own families are the last, in one piece") {
  Views views;
  views.device("home")
      .add({"box_up", MetricType::gauge, "H."}, {}, 1)
      .add({"boxmeter_polls_total", MetricType::counter, "H."}, {}, 7)
      .add({"zzz", MetricType::gauge, "H."}, {}, 9);
  const std::vector<Series> ours = {
      own("boxmeter_a", MetricType::gauge, {{{}, Number(std::uint64_t{1})}}),
      own("process_x", MetricType::gauge, {{{}, Number(0.1 + 0.2)}})};

  CHECK(render(views.view(), ours, Exposition::text) ==
        "# HELP box_up H.\n# TYPE box_up gauge\nbox_up{device=\"home\"} 1\n"
        "# HELP boxmeter_polls_total H.\n# TYPE boxmeter_polls_total counter\n"
        "boxmeter_polls_total{device=\"home\"} 7\n"
        "# HELP zzz H.\n# TYPE zzz gauge\nzzz{device=\"home\"} 9\n"
        "# HELP boxmeter_a Ours.\n# TYPE boxmeter_a gauge\nboxmeter_a 1\n"
        "# HELP process_x Ours.\n# TYPE process_x gauge\nprocess_x 0.30000000000000004\n");
}

TEST_CASE("an empty page is empty, and ends in OpenMetrics") {
  CHECK(render(Views().view(), {}, Exposition::text) == "");
  CHECK(render(Views().view(), {}, Exposition::openmetrics) == "# EOF\n");
}

TEST_CASE("a histogram is its buckets, the sum, and the count that the last bucket has") {
  const auto number = [](std::uint64_t value) { return Number(value); };
  const std::vector<Series> ours = {
      own("boxmeter_build_info", MetricType::info, {{{{"version", "0.1.0"}}, number(1)}}),
      own("boxmeter_http_requests_total", MetricType::counter,
          {{{{"code", "200"}, {"handler", "/"}}, number(3)}}),
      own("boxmeter_seconds", MetricType::gauge,
          {{{{"h", "/"}, {"le", "0.0005"}}, number(1)},
           {{{"h", "/"}, {"le", "+Inf"}}, number(2)},
           {{{"h", "/"}}, Number(7.00025)},
           {{{"le", "+Inf"}}, number(4)},
           {{}, number(5)}})};

  CHECK(render(Views().view(), ours, Exposition::text) ==
        "# HELP boxmeter_build_info Ours.\n"
        "# TYPE boxmeter_build_info gauge\n"
        "boxmeter_build_info{version=\"0.1.0\"} 1\n"
        "# HELP boxmeter_http_requests_total Ours.\n"
        "# TYPE boxmeter_http_requests_total counter\n"
        "boxmeter_http_requests_total{code=\"200\",handler=\"/\"} 3\n"
        "# HELP boxmeter_seconds Ours.\n"
        "# TYPE boxmeter_seconds histogram\n"
        "boxmeter_seconds_bucket{h=\"/\",le=\"0.0005\"} 1\n"
        "boxmeter_seconds_bucket{h=\"/\",le=\"+Inf\"} 2\n"
        "boxmeter_seconds_sum{h=\"/\"} 7.00025\n"
        "boxmeter_seconds_count{h=\"/\"} 2\n"
        "boxmeter_seconds_bucket{le=\"+Inf\"} 4\n"
        "boxmeter_seconds_sum 5\n"
        "boxmeter_seconds_count 4\n");
  CHECK(render(Views().view(), ours, Exposition::openmetrics) ==
        "# TYPE boxmeter_build info\n"
        "# HELP boxmeter_build Ours.\n"
        "boxmeter_build_info{version=\"0.1.0\"} 1\n"
        "# TYPE boxmeter_http_requests counter\n"
        "# HELP boxmeter_http_requests Ours.\n"
        "boxmeter_http_requests_total{code=\"200\",handler=\"/\"} 3\n"
        "# TYPE boxmeter_seconds histogram\n"
        "# UNIT boxmeter_seconds seconds\n"
        "# HELP boxmeter_seconds Ours.\n"
        "boxmeter_seconds_bucket{h=\"/\",le=\"0.0005\"} 1\n"
        "boxmeter_seconds_bucket{h=\"/\",le=\"+Inf\"} 2\n"
        "boxmeter_seconds_sum{h=\"/\"} 7.00025\n"
        "boxmeter_seconds_count{h=\"/\"} 2\n"
        "boxmeter_seconds_bucket{le=\"+Inf\"} 4\n"
        "boxmeter_seconds_sum 5\n"
        "boxmeter_seconds_count 4\n"
        "# EOF\n");
}

}  // namespace boxmeter::exposition_test
