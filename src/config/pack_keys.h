#pragma once
#include "yaml/keys.h"

// Every key of a pack of queries, except the verbs of its requests, which belong to the kind of
// device. kPackKeys, the top of the file, comes last, since a row refers to the table of its
// members.
namespace boxmeter {

inline constexpr Key kEachKeys[] = {
    {.name = "path",
     .type = KeyType::text,
     .help = "Path to the rows",
     .example = "list",
     .required = true},
    {.name = "split",
     .type = KeyType::text,
     .help = "The character that separates several rows within one text",
     .example = "\",\""},
};
inline constexpr KeyTable kEachTable{kEachKeys};

inline constexpr Key kAddendKeys[] = {
    {.name = "path",
     .type = KeyType::text,
     .help = "Path to a number that is added",
     .example = "rx_errors",
     .required = true},
    {.name = "scale",
     .type = KeyType::number,
     .help = "What the number is multiplied with",
     .example = "0.001"},
    {.name = "match",
     .type = KeyType::text,
     .help = "Regular expression whose one group is the number",
     .example = "'([0-9]+) ms'"},
};
inline constexpr KeyTable kAddendTable{kAddendKeys};

inline constexpr Key kValueKeys[] = {
    {.name = "path",
     .type = KeyType::text,
     .help = "Path to the value",
     .example = "rate_down",
     .required = true},
    {.name = "scale",
     .type = KeyType::number,
     .help = "What this value is multiplied with",
     .example = "0.001"},
    {.name = "split",
     .type = KeyType::text,
     .help = "The character that separates several values within one text",
     .example = "\",\""},
};
inline constexpr Key kValueOrSumKeys[] = {
    kValueKeys[0],  // path
    kValueKeys[1],  // scale
    kValueKeys[2],  // split
    {.name = "sum",
     .type = KeyType::sections,
     .help = "Instead of a path: at least two, whose numbers are added",
     .members = &kAddendTable},
};
inline constexpr KeyTable kValueTable{kValueOrSumKeys};

inline constexpr Key kConditionKeys[] = {
    {.name = "not",
     .type = KeyType::texts,
     .help = "Holds when the text is none of these",
     .example = "[\"\", unknown]"},
    {.name = "present",
     .type = KeyType::boolean,
     .help = "Holds when there is a value (true) or none (false)",
     .example = "true"},
    {.name = "same_as",
     .type = KeyType::text,
     .help = "Holds when the text equals the one at this path",
     .example = "../active"},
    {.name = "within",
     .type = KeyType::duration,
     .help = "Holds when the time is no longer ago than this",
     .example = "10m",
     .least = "1s",
     .most = "366d"},
};
inline constexpr KeyTable kConditionTable{kConditionKeys};

inline constexpr Key kLabelKeys[] = {
    {.name = "path",
     .type = KeyType::text,
     .help = "Path to the text of the label",
     .example = "mac",
     .required = true},
    {.name = "remove",
     .type = KeyType::text,
     .help = "Text that is removed wherever it occurs",
     .example = "\" \""},
    {.name = "lower",
     .type = KeyType::boolean,
     .help = "Whether letters become lower case",
     .default_text = "false",
     .example = "true"},
    {.name = "match",
     .type = KeyType::text,
     .help = "Regular expression whose one group is the text",
     .example = "'^([0-9]+)'"},
    {.name = "map",
     .type = KeyType::mapping,
     .help = "Text that stands for each text of the box",
     .example = "{'0': off, '1': on}"},
    {.name = "else",
     .type = KeyType::text,
     .help = "What stands for a text that 'map' does not have",
     .example = "other"},
    {.name = "default",
     .type = KeyType::text,
     .help = "What the label is where the box says nothing",
     .example = "lan"},
};
inline constexpr KeyTable kLabelTable{kLabelKeys};

inline constexpr std::string_view kTypes[] = {"gauge", "counter", "info", "stateset"};
inline constexpr std::string_view kFolds[] = {"count", "sum", "min", "max", "mean"};
inline constexpr Key kRuleKeys[] = {
    {.name = "name",
     .type = KeyType::text,
     .help = "Name of the metric",
     .example = "box_wan_receive_bytes_total",
     .required = true},
    {.name = "type",
     .type = KeyType::word,
     .help = "Type of the metric; without it as another rule of the same metric says",
     .default_text = "gauge",
     .example = "counter",
     .choices = kTypes},
    {.name = "help",
     .type = KeyType::text,
     .help = "Help text of the metric, in one line; one rule of each metric has it",
     .example = "Bytes received from the internet."},
    {.name = "each",
     .type = KeyType::other,
     .help = "Path or list of paths to the rows, each of which gives a series",
     .example = "list",
     .members = &kEachTable},
    {.name = "where",
     .type = KeyType::other,
     .help =
         "Conditions that a row meets, by path: a text, a list of them, or a mapping with these "
         "keys",
     .example = "{state: up}",
     .members = &kConditionTable},
    {.name = "labels",
     .type = KeyType::other,
     .help = "Labels by name: a path, =text, or a mapping with these keys",
     .example = "{mac: mac}",
     .members = &kLabelTable},
    {.name = "key",
     .type = KeyType::texts,
     .help = "Labels that name the thing: a row without them is left out, and an info has one row "
             "for each. Without it those of the query where the metric is an info, else all",
     .example = "[disk, partition]"},
    {.name = "prefer",
     .type = KeyType::other,
     .help =
         "Conditions as in 'where': of several rows of an info that have one key, the first that "
         "meets them stays, else the first",
     .example = "{active: 1}",
     .members = &kConditionTable},
    {.name = "value",
     .type = KeyType::other,
     .help =
         "Where the value is: a path, =number, a mapping with these keys, or a list of which the "
         "first that is there counts",
     .example = "NewTotalBytesReceived",
     .members = &kValueTable},
    {.name = "absent",
     .type = KeyType::texts,
     .help = "Texts by which the box says that it has no value",
     .example = "\"-1\""},
    {.name = "match",
     .type = KeyType::text,
     .help = "Regular expression whose one group is the value",
     .example = "'([0-9]+) MHz'"},
    {.name = "map",
     .type = KeyType::mapping,
     .help = "Number that stands for each text of the box",
     .example = "{up: 1, down: 0}"},
    {.name = "else",
     .type = KeyType::number,
     .help = "What stands for a text that 'map' does not have; not for an empty one, '-' or "
             "'unknown'",
     .example = "0"},
    {.name = "unit",
     .type = KeyType::texts,
     .help = "Units that may stand behind the number; a number with anything else is no value",
     .example = "dBm"},
    {.name = "scale",
     .type = KeyType::number,
     .help = "What the value is multiplied with",
     .example = "0.001"},
    {.name = "offset",
     .type = KeyType::number,
     .help = "What is added to the value after 'scale'",
     .example = "-273.15"},
    {.name = "fold",
     .type = KeyType::word,
     .help = "How rows with the same labels become one series",
     .example = "sum",
     .choices = kFolds},
    {.name = "states",
     .type = KeyType::other,
     .help = "States of a stateset: a list of the box's own words, or a mapping from each state to "
             "the words for it, where 'else' stands for all others",
     .example = "[up, down]"},
    {.name = "required",
     .type = KeyType::boolean,
     .help = "Whether a reply without this value counts as a failure",
     .default_text = "false",
     .example = "true"},
};
inline constexpr KeyTable kRuleTable{kRuleKeys};

inline constexpr Key kRepeatKeys[] = {
    {.name = "index",
     .type = KeyType::text,
     .help = "Argument that counts from 0",
     .example = "NewIndex",
     .required = true},
    {.name = "until",
     .type = KeyType::integer,
     .help = "Error code of the box that ends the list",
     .example = "713",
     .least = "1",
     .most = "99999"},
    {.name = "count",
     .type = KeyType::text,
     .help = "Instead of 'until': where the length of the list is, Service.Action/Argument",
     .example = "Hosts1.GetHostNumberOfEntries/NewHostNumberOfEntries"},
    {.name = "limit",
     .type = KeyType::integer,
     .help = "Most entries that are asked for",
     .example = "500",
     .least = "1",
     .most = "65536"},
};
inline constexpr KeyTable kRepeatTable{kRepeatKeys};

/// What may stand beside the verb of a request.
inline constexpr Key kRequestKeys[] = {
    {.name = "args",
     .type = KeyType::mapping,
     .help = "Arguments of the request",
     .example = "{NewIndex: 0}"},
    {.name = "repeat",
     .type = KeyType::section,
     .help = "Asks for one entry after another of a list",
     .members = &kRepeatTable},
    {.name = "max_body",
     .type = KeyType::size,
     .help = "Most bytes of the reply",
     .example = "8MiB",
     .least = "1000",
     .most = "64MiB"},
    {.name = "keep",
     .type = KeyType::duration,
     .help = "How long this part of the reply is kept while the others are asked anew",
     .example = "1h",
     .least = "1s",
     .most = "1d"},
};
inline constexpr KeyTable kRequestTable{kRequestKeys};

inline constexpr Key kQueryKeys[] = {
    {.name = "name",
     .type = KeyType::name,
     .help = "Name of the query",
     .example = "fritzbox_wan",
     .required = true},
    {.name = "request",
     .type = KeyType::other,
     .help = "What is asked: a verb of the kind and its target, a mapping of several such parts by "
             "name, or 'first' with a list of alternatives; these keys stand beside a verb",
     .example = "{tr064: DeviceInfo1.GetInfo}",
     .members = &kRequestTable,
     .required = true},
    {.name = "interval",
     .type = KeyType::duration,
     .help = "How often it is asked; without it as often as its device",
     .example = "5m",
     .least = "100ms",
     .most = "1d"},
    {.name = "for_each",
     .type = KeyType::other,
     .help = "A variable and the values for which the request is made: a list, or a request of its "
             "own with 'each', 'where' and 'bind'",
     .example = "{radio: [1, 2, 3]}"},
    {.name = "each",
     .type = KeyType::other,
     .help = "'each' of all metrics that have none of their own",
     .example = "list",
     .members = &kEachTable},
    {.name = "where",
     .type = KeyType::other,
     .help = "Conditions of all metrics",
     .example = "{state: up}",
     .members = &kConditionTable},
    {.name = "labels",
     .type = KeyType::other,
     .help = "Labels of all metrics",
     .example = "{mac: mac}",
     .members = &kLabelTable},
    {.name = "metrics",
     .type = KeyType::sections,
     .help = "What the reply says, as metrics",
     .members = &kRuleTable,
     .required = true},
};
inline constexpr KeyTable kQueryTable{kQueryKeys};

inline constexpr std::string_view kNameRules[] = {"boxmeter", "foreign"};
inline constexpr Key kPackKeys[] = {
    {.name = "pack",
     .type = KeyType::name,
     .help = "Name of the pack",
     .example = "fritzbox",
     .required = true},
    {.name = "kind",
     .type = KeyType::text,
     .help = "The kind of device that its queries are for",
     .example = "fritzbox",
     .required = true},
    {.name = "names",
     .type = KeyType::word,
     .help =
         "Whether boxmeter's rules for names hold, or metrics are called as some other exporter "
         "calls them",
     .default_text = "boxmeter",
     .example = "foreign",
     .choices = kNameRules},
    {.name = "queries",
     .type = KeyType::sections,
     .help = "The queries",
     .members = &kQueryTable,
     .required = true},
};

}  // namespace boxmeter
