#!/usr/bin/env bash
# hdrhistogram 0.10.8 (Python): its writer of histogram logs cuts an interval's maximum down to whole units, so that of latencies
# below 1 ms it is 0, and leaves out the tag that the histogram has, though its reader knows tags: intervals of two endpoints,
# told apart by their tags, come back as if they were of one. And where intervals are added up from the log, the
# sum has neither the start nor the end of what was added. Java writes tags and fractions, and keeps both times.
#
# Seen, of 0.999 ms of "read" and of 1.75 ms of "write", in µs, with a ratio of 1000:
#   written: 1000.0 for 1.0, maximum 0.000000, 4 fields
#   written: 1001.0 for 1.0, maximum 1.000000, 4 fields
#   read: tag None, 1000.0 to 1001.0, maximum 999
#   read: tag None, 1001.0 to 1002.0, maximum 1750
#   added up: 2 values, from 0 to 0
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check hdrhistogram==0.10.8
cat >ask.py <<'PYTHON'
import pathlib

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader, HistogramLogWriter

with pathlib.Path("log").open("w") as file:
    writer = HistogramLogWriter(file)
    writer.output_base_time(0)
    for second, (tag, us) in enumerate((("read", 999), ("write", 1750)), 1000):
        histogram = HdrHistogram(1, 3_600_000_000, 3)
        histogram.record_value(us)
        histogram.set_tag(tag)
        histogram.set_start_time_stamp(second * 1000)
        histogram.set_end_time_stamp(second * 1000 + 1000)
        writer.output_interval_histogram(histogram, max_value_unit_ratio=1000.0)
for line in pathlib.Path("log").read_text().splitlines()[1:]:
    start, length, maximum, *rest = line.split(",")
    print(f"written: {float(start)} for {float(length)}, maximum {maximum}, {3 + len(rest)} fields")
reader = HistogramLogReader("log", histogram)
while (read := reader.get_next_interval_histogram()) is not None:
    start, end = read.get_start_time_stamp() / 1000, read.get_end_time_stamp() / 1000
    print(f"read: tag {read.get_tag()}, {start} to {end}, maximum {read.get_max_value()}")
total = HdrHistogram(1, 3_600_000_000, 3)
reader = HistogramLogReader("log", total)
while reader.add_next_interval_histogram() is not None:
    pass
print(f"added up: {total.get_total_count()} values, from {total.get_start_time_stamp()} to {total.get_end_time_stamp()}")
PYTHON
said="$(venv/bin/python ask.py)"
echo "$said"
[[ "$said" == "$seen" ]]
