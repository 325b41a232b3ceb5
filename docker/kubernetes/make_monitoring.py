#!/usr/bin/env python3
"""Writes monitoring.yml, for the Prometheus Operator: the ServiceMonitor, and config/prometheus' rules and alerts as a PrometheusRule.

usage: make_monitoring.py [--check]      --check: exit 1 when the file is not what this program would write
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent.parent / "config/prometheus"
HEAD = """# For the Prometheus Operator, written by make_monitoring.py.  Many an Operator takes only what has its label, such as
# `release: kube-prometheus-stack`: add it to both.
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: boxmeter
  labels: {app.kubernetes.io/name: boxmeter}
spec:
  # The job is what this label of the Service says, boxmeter; another is set by a relabeling of the endpoint:
  # relabelings: [{targetLabel: job, replacement: routers}].  Rules, alerts and dashboards go by no job's name.
  jobLabel: app.kubernetes.io/name
  selector: {matchLabels: {app.kubernetes.io/name: boxmeter}}
  endpoints: [{port: http, interval: 30s, scrapeTimeout: 10s}]
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: boxmeter
  labels: {app.kubernetes.io/name: boxmeter}
spec:
  groups:
"""


def text():
    groups = ""
    for file in ("rules.yml", "alerts.yml"):
        groups += (RULES / file).read_text().split("\ngroups:\n", 1)[1]
    # Two spaces more; a line of a folded text too.
    return HEAD + "".join(f"  {line}\n" if line else "\n" for line in groups.splitlines())


def main():
    file = HERE / "monitoring.yml"
    if "--check" not in sys.argv:
        file.write_text(text())
    elif not file.exists() or file.read_text() != text():
        sys.exit("monitoring.yml is not what make_monitoring.py writes; run docker/kubernetes/make_monitoring.py")


if __name__ == "__main__":
    main()
