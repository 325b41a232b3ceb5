#pragma once
#include "yaml/keys.h"

// Every key of a configuration, except those of one kind of device. kRootKeys, the top of the file,
// comes last, since a row refers to the table of its members.
namespace boxmeter {

inline constexpr std::string_view kLogLevels[] = {"debug", "info", "warn", "warning", "error"};
inline constexpr std::string_view kLogFormats[] = {"logfmt", "json", "text"};
inline constexpr Key kLogKeys[] = {
    {.name = "level",
     .type = KeyType::word,
     .help = "The least important lines that are logged",
     .default_text = "info",
     .example = "warn",
     .choices = kLogLevels},
    {.name = "format",
     .type = KeyType::word,
     .help = "How a line of the log is written",
     .default_text = "logfmt",
     .example = "json",
     .choices = kLogFormats},
};
inline constexpr KeyTable kLogTable{kLogKeys};

inline constexpr Key kWebKeys[] = {
    {.name = "listen",
     .type = KeyType::texts,
     .help = "Addresses that boxmeter's own web server listens on: host:port, :port for every "
             "address of the machine, unix:/path",
     .default_text = "127.0.0.1:9877",
     .example = "[127.0.0.1:9877, \"[::1]:9877\"]"},
    {.name = "config_file",
     .type = KeyType::file,
     .help = "File with TLS and passwords of boxmeter's own web server, in the format of "
             "Prometheus' exporter-toolkit",
     .example = "web.yml"},
    {.name = "health_without_login",
     .type = KeyType::boolean,
     .help = "Whether /-/healthy and /-/ready are answered without a password",
     .default_text = "false",
     .example = "true"},
    {.name = "hosts",
     .type = KeyType::texts,
     .help = "Names that boxmeter may be asked by where nobody logs in, beside this machine's own",
     .example = "[boxmeter.example]"},
    {.name = "external_url",
     .type = KeyType::url,
     .help = "How people get to boxmeter, when a proxy is in between",
     .example = "https://example.org/boxmeter"},
    {.name = "route_prefix",
     .type = KeyType::text,
     .help = "What all paths begin with; without it the path of 'external_url'",
     .example = "/boxmeter"},
};
inline constexpr KeyTable kWebTable{kWebKeys};

inline constexpr Key kPollKeys[] = {
    {.name = "interval",
     .type = KeyType::duration,
     .help = "How often a device or query is asked that names no interval of its own",
     .default_text = "30s",
     .example = "1m",
     .least = "100ms",
     .most = "1d"},
    {.name = "timeout",
     .type = KeyType::duration,
     .help = "How long one request may take, from name lookup to the last byte",
     .default_text = "10s",
     .example = "5s",
     .least = "100ms",
     .most = "5m"},
    {.name = "series_limit",
     .type = KeyType::integer,
     .help = "Most series of one query; more are dropped and counted",
     .default_text = "2000",
     .example = "5000",
     .least = "1",
     .most = "1000000"},
    {.name = "workers",
     .type = KeyType::integer,
     .help = "Devices that are asked at the same time; without it all, at most 256",
     .example = "16",
     .least = "1",
     .most = "1024"},
};
inline constexpr KeyTable kPollTable{kPollKeys};

inline constexpr std::string_view kWaysToVerify[] = {"first-use", "system", "insecure"};
inline constexpr Key kTlsKeys[] = {
    {.name = "verify",
     .type = KeyType::word,
     .help =
         "first-use trusts the certificate that is seen first, as SSH does, and a changed one is "
         "an error; system trusts the machine's authorities, insecure anybody",
     .example = "system",
     .choices = kWaysToVerify},
    {.name = "ca_file",
     .type = KeyType::file,
     .help = "Certificates in PEM form that are trusted, and no others",
     .example = "box.pem"},
    {.name = "pin",
     .type = KeyType::text,
     .help = "The one public key that is trusted: sha256// and its hash in base64",
     .example = "\"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""},
};
inline constexpr KeyTable kTlsTable{kTlsKeys};

/// Of every device; its kind has more.
inline constexpr Key kDeviceKeys[] = {
    {.name = "name",
     .type = KeyType::name,
     .help = "The label 'device' of every series of this device",
     .example = "home",
     .required = true},
    {.name = "kind",
     .type = KeyType::text,
     .help = "The brand of the router",
     .example = "fritzbox",
     .required = true},
    {.name = "url",
     .type = KeyType::url,
     .help = "Where the device is; without it the usual address of its kind",
     .example = "https://fritz.box:49443"},
    {.name = "tls",
     .type = KeyType::other,
     .help = "Whom to believe on https: a word of 'verify', or a mapping with one of these keys; "
             "without it the default of the kind",
     .example = "first-use",
     .members = &kTlsTable},
    {.name = "interval",
     .type = KeyType::duration,
     .help = "How often this device is asked; without it the one of 'poll'",
     .example = "1m",
     .least = "100ms",
     .most = "1d"},
    {.name = "timeout",
     .type = KeyType::duration,
     .help = "How long one request to this device may take; without it the one of 'poll'",
     .example = "5s",
     .least = "100ms",
     .most = "5m"},
    {.name = "labels",
     .type = KeyType::mapping,
     .help = "Extra labels on every series of this device",
     .example = "{site: attic}"},
    {.name = "poll",
     .type = KeyType::boolean,
     .help =
         "Whether boxmeter asks this device by itself; false: only when /probe is asked for it, "
         "and it is not on /metrics",
     .default_text = "true",
     .example = "false"},
    {.name = "queries",
     .type = KeyType::texts,
     .help =
         "Packs and queries to ask, where -NAME takes one away; without it the pack of the kind",
     .example = "[fritzbox, -fritzbox_hosts]"},
};
inline constexpr KeyTable kDeviceTable{kDeviceKeys};

/// Of every device that does not say otherwise; what its kind takes may stand there too.
inline constexpr Key kDefaultsKeys[] = {
    {.name = "kind",
     .type = KeyType::text,
     .help = "The brand of the routers",
     .example = "fritzbox"},
    kDeviceKeys[3],  // tls
    kDeviceKeys[4],  // interval
    kDeviceKeys[5],  // timeout
    kDeviceKeys[6],  // labels
    kDeviceKeys[7],  // poll
    kDeviceKeys[8],  // queries
};
inline constexpr KeyTable kDefaultsTable{kDefaultsKeys};

inline constexpr Key kSpoolKeys[] = {
    {.name = "max",
     .type = KeyType::size,
     .help = "Most bytes on disk; beyond it the oldest values are dropped",
     .example = "256MiB",
     .least = "1MiB",
     .most = "1000GiB",
     .required = true},
    {.name = "catch_up",
     .type = KeyType::size,
     .help = "Most bytes a second that are sent, for a listener that comes back after a long time",
     .default_text = "4MiB",
     .example = "1MiB",
     .least = "1KiB",
     .most = "1GiB"},
};
inline constexpr KeyTable kSpoolTable{kSpoolKeys};

inline constexpr Key kPushKeys[] = {
    {.name = "name",
     .type = KeyType::name,
     .help = "What messages and boxmeter's own metrics call this destination",
     .example = "telegraf",
     .required = true},
    {.name = "url",
     .type = KeyType::url,
     .help = "Where the values are sent by HTTP POST",
     .example = "http://127.0.0.1:8186/telegraf",
     .required = true},
    {.name = "format",
     .type = KeyType::text,
     .help = "How the values are written: json, influx for line protocol, or raw for each reply of "
             "a box as it came",
     .default_text = "json",
     .example = "raw"},
    {.name = "measurement",
     .type = KeyType::text,
     .help =
         "What json and influx call the measurement; without it as Telegraf's inputs.prometheus",
     .default_text = "prometheus",
     .example = "boxes"},
    {.name = "integers",
     .type = KeyType::boolean,
     .help = "Whether influx writes counters, states and info rows as integers; without it all "
             "numbers are floats, as Telegraf's inputs.prometheus writes them",
     .default_text = "false",
     .example = "true"},
    {.name = "max_body",
     .type = KeyType::size,
     .help = "Most bytes of one POST; without it the default of the format",
     .example = "1MB",
     .least = "64",
     .most = "1GiB"},
    {.name = "max_queue",
     .type = KeyType::size,
     .help = "Most bytes that wait in memory; beyond it the oldest values are dropped",
     .default_text = "16MiB",
     .example = "64MiB",
     .least = "1000",
     .most = "4GiB"},
    {.name = "interval",
     .type = KeyType::duration,
     .help = "How long to wait between two deliveries while all is well",
     .default_text = "10s",
     .example = "30s",
     .least = "100ms",
     .most = "1d"},
    {.name = "timeout",
     .type = KeyType::duration,
     .help = "How long one delivery may take",
     .default_text = "5s",
     .example = "10s",
     .least = "100ms",
     .most = "5m"},
    {.name = "devices",
     .type = KeyType::texts,
     .help = "Devices whose values are sent; without it all",
     .example = "[home, free]"},
    {.name = "queries",
     .type = KeyType::texts,
     .help = "Packs and queries whose values are sent; without it all",
     .example = "[fritzbox, freebox_connection]"},
    {.name = "headers",
     .type = KeyType::mapping,
     .help = "Extra HTTP headers of each delivery",
     .example = "{X-Site: attic}",
     .secret = true},
    {.name = "username",
     .type = KeyType::text,
     .help = "User of HTTP basic authentication; needs 'password' or 'password_file'",
     .example = "boxmeter"},
    {.name = "password",
     .type = KeyType::text,
     .help = "Password of 'username'; better in 'password_file'",
     .example = "change-me",
     .secret = true},
    {.name = "password_file",
     .type = KeyType::file,
     .help = "File whose one line is the password of 'username'",
     .example = "telegraf.password"},
    {.name = "bearer_token",
     .type = KeyType::text,
     .help = "Bearer token of each delivery; better in 'bearer_token_file'",
     .example = "change-me",
     .secret = true},
    {.name = "bearer_token_file",
     .type = KeyType::file,
     .help = "File whose one line is the bearer token",
     .example = "telegraf.token"},
    {.name = "tls",
     .type = KeyType::other,
     .help = "Whom to believe on https: system or insecure, or a mapping with one of these keys",
     .default_text = "system",
     .example = "insecure",
     .members = &kTlsTable},
    {.name = "gzip",
     .type = KeyType::boolean,
     .help = "Whether what is sent is compressed",
     .default_text = "false",
     .example = "true"},
    {.name = "spool",
     .type = KeyType::section,
     .help = "Keeps what waits on disk, below state_dir, over restarts and crashes",
     .members = &kSpoolTable},
};
inline constexpr KeyTable kPushTable{kPushKeys};

inline constexpr Key kShardKeys[] = {
    {.name = "index",
     .type = KeyType::text,
     .help = "Which share this boxmeter takes, counted from 0; of a name that ends in a number, as "
             "a pod's of a StatefulSet, that number",
     .example = "0",
     .required = true},
    {.name = "of",
     .type = KeyType::integer,
     .help = "How many boxmeters share the devices",
     .example = "3",
     .least = "1",
     .most = "10000",
     .required = true},
    {.name = "address",
     .type = KeyType::text,
     .help = "How the boxmeter of a share is reached, with {index} for its number; for /sd",
     .example = "\"boxmeter-{index}:9877\""},
};
inline constexpr KeyTable kShardTable{kShardKeys};

inline constexpr std::string_view kWaysToReload[] = {"signal", "auto"};

/// Of the configuration as a whole.
inline constexpr Key kRootKeys[] = {
    {.name = "web",
     .type = KeyType::section,
     .help = "boxmeter's own web server, which Prometheus asks",
     .members = &kWebTable},
    {.name = "state_dir",
     .type = KeyType::file,
     .help = "Folder for keys of boxes seen before and caches; without it $STATE_DIRECTORY, "
             "/var/lib/boxmeter for root, ~/.local/state/boxmeter for others",
     .example = "/var/lib/boxmeter"},
    {.name = "query_files",
     .type = KeyType::texts,
     .help = "Files with packs of queries, as patterns; a pack with the name of a shipped one "
             "replaces it",
     .example = "[packs/*.yml]"},
    {.name = "reload",
     .type = KeyType::word,
     .help = "When the files are read again: signal (SIGHUP and POST /-/reload), or "
             "auto: also when their content has changed",
     .default_text = "signal",
     .example = "auto",
     .choices = kWaysToReload},
    {.name = "shard",
     .type = KeyType::section,
     .help = "One of several boxmeters that share this configuration: each takes its share of the "
             "devices",
     .members = &kShardTable},
    {.name = "defaults",
     .type = KeyType::section,
     .help = "What holds for every device that does not say otherwise; also keys of its kind",
     .members = &kDefaultsTable},
    {.name = "poll",
     .type = KeyType::section,
     .help = "How often devices are asked, and within which bounds",
     .members = &kPollTable},
    {.name = "devices",
     .type = KeyType::sections,
     .help = "The routers that are watched; here, in 'device_files', or both",
     .members = &kDeviceTable},
    {.name = "device_files",
     .type = KeyType::texts,
     .help = "Files with more devices, as patterns: *.csv, whose first line names the keys; others "
             "are YAML or JSON, a list as that of 'devices'",
     .example = "[devices/*.yml]"},
    {.name = "push",
     .type = KeyType::sections,
     .help = "Destinations that values are sent to",
     .members = &kPushTable},
    {.name = "log", .type = KeyType::section, .help = "The log", .members = &kLogTable},
};
inline constexpr KeyTable kRootTable{kRootKeys};

}  // namespace boxmeter
