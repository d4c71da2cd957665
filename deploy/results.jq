# The table of a training job's report (GET /v1/jobs/ID/report): cells separated by tabs.
def share: if . == null then "-" else (. * 10000 | round / 10000 | tostring) end;
def row($cells): $cells | join("\t");

row(["trained on", "pictures", "accuracy", "macro-F1", "95 % interval"]),
(.supervised // empty | row(["labels only (supervised)", (.training.training_pictures | tostring), (.accuracy | share), (.macro_f1 | share),
    "\(.intervals_95.macro_f1.low | share) to \(.intervals_95.macro_f1.high | share)"])),
(.student // empty | row(["labels and the rest (semi-supervised)", (.training.training_pictures | tostring), (.accuracy | share), (.macro_f1 | share),
    "\(.intervals_95.macro_f1.low | share) to \(.intervals_95.macro_f1.high | share)"])),
"",
row(["the model, computing in", "accuracy", "macro-F1", "file size", "median latency"]),
(.precisions | to_entries | sort_by(.key != "float") | .[]
    | row([.key, (.value.accuracy | share), (.value.macro_f1 | share), "\(.value.file_bytes / 10000 | round / 100) MB",
        (if .value.median_latency_ms == null then "-" else "\(.value.median_latency_ms * 100 | round / 100) ms" end)]))
