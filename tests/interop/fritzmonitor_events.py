"""Listens with fritzconnection's FritzMonitor at the port that it is given; prints each event, until it is ended."""
import sys

from fritzconnection.core.fritzmonitor import FritzMonitor

with FritzMonitor(address="127.0.0.1", port=int(sys.argv[1])) as monitor:
    events = monitor.start()
    while True:
        print(events.get().rstrip("\r"), flush=True)
