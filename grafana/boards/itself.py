"""boxmeter itself: whether the boxes answer, what is pushed, what it costs."""
from panels import (A_MINUTE, A_SECOND, BYTES, GREEN, OURS, RATIO, RED, SECONDS, SPAN, by, per_second, pick, row, row_of, series,
                    stat, table, timeline, values, yes_no)


def of_sink(metric):
    return f'{metric}{{{OURS}, sink=~"$sink"}}'


ROWS = [
    row("Boxes",
        timeline("Reached", "Red: the box did not answer, or refused the login.", (pick("box_up"), "{{device}}"), width=12),
        series("Failures",
               "Failed queries a minute, by reason. None is usual; \"auth\" is a wrong password, \"timeout\" a box that is too "
               "slow or away.", (f'60 * sum by (device, reason) ({per_second("boxmeter_failures_total")}) > 0',
                                 "{{device}} {{reason}}"),
               unit=A_MINUTE, width=12),
        table("Queries that fail", "boxmeter's log and status page say why. Empty: all is well.",
              (by("device, query", f'{pick("boxmeter_query_up")} == 0'), "", {}), width=8, height=9),
        series("What queries can do", "How many queries are in each state. \"unsupported\" is usual: no box has everything. "
               "\"denied\": the user or the application lacks a right; the status page names it.",
               (f'sum by (state) ({pick("boxmeter_queries")} > 0)', "{{state}}"), stacked=True, height=9,
               calcs=("min", "max", "lastNotNull")),
        series("Series", "How many series each box gives. A leap: a box full of visitors, or a new pack.",
               (pick("boxmeter_series"), "{{device}}"), height=9, calcs=("min", "max", "lastNotNull")),
        series("Polls", "Queries asked a second, and those skipped because the answers take longer than the interval.",
               (per_second("boxmeter_polls_total"), "{{device}}"),
               (per_second("boxmeter_polls_skipped_total"), "{{device}} skipped"),
               unit=A_SECOND),
        series("Late starts", "How much later than planned a turn began; more than seconds: too few workers.",
               (pick("boxmeter_poll_lag_seconds"), "{{device}}"),
               (pick("boxmeter_turn_duration_seconds"), "{{device}} a turn"), unit=SECONDS),
        series("Left out", "Series that were left out within an hour, by reason; the runbook says what each means.",
               (f'sum by (device, reason) (increase({pick("boxmeter_series_dropped_total")}[1h])) > 0', "{{device}} {{reason}}"),
               (f'increase({pick("boxmeter_label_values_cut_total")}[1h]) > 0', "{{device}} label cut"))),
    row("Process",
        series("Processor", "How much of a core boxmeter takes; some per mille for a box are usual.",
               (f'rate(process_cpu_seconds_total{{{OURS}}}[$__rate_interval])', "{{instance}}"), unit=RATIO),
        series("Memory", "Ten megabytes and 0.2 per box are usual. What only ever grows is a bug: tell us.",
               (f'process_resident_memory_bytes{{{OURS}}}', "{{instance}}"), unit=BYTES),
        series("Requests", "Who asks boxmeter, and what it answers; 401 is somebody without a password.",
               (f'sum by (handler, code) (rate(boxmeter_http_requests_total{{{OURS}}}[$__rate_interval]))', "{{handler}} {{code}}"),
               unit="reqps"),
        stat("Version", "Which boxmeter runs.", (f'boxmeter_build_info{{{OURS}}}', "{{version}}"), width=8,
             defaults=values((1, "runs", GREEN))),
        stat("Configuration", "Red: the changed file has an error; the old one stays in force.",
             (f'boxmeter_config_last_reload_successful{{{OURS}}}', "{{instance}}"), width=8,
             defaults=yes_no(("not taken", RED), ("in force", GREEN))),
        stat("Runs for", "Since boxmeter was started.", (f'time() - process_start_time_seconds{{{OURS}}}', "{{instance}}"), width=8,
             defaults=SPAN)),
    row_of("sink", "boxmeter_push_sent_total", "Push",
           series("Waiting", "Objects that wait for the sink. What only grows: it takes nothing.",
                  (of_sink("boxmeter_push_queue_objects"), "objects"), width=6),
           series("Oldest", "How long the oldest waits.", (f'time() - {of_sink("boxmeter_push_oldest_timestamp_seconds")}',
                                                           "oldest"),
                  unit=SECONDS, width=6),
           series("Sent", "Objects a second that the sink took.", (f'rate({of_sink("boxmeter_push_sent_total")}[$__rate_interval])',
                                                                  "objects"), unit=A_SECOND, width=6),
           series("Failed and dropped", "Deliveries that failed (they are tried again), and objects that are lost.",
                  (f'rate({of_sink("boxmeter_push_failures_total")}[$__rate_interval])', "{{reason}}"),
                  (f'rate({of_sink("boxmeter_push_dropped_total")}[$__rate_interval])', "dropped: {{reason}}"), unit=A_SECOND,
                  width=6),
           label="sink"),
]
