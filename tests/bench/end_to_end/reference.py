"""The reference stack, when somebody has set it up: the same load on the same machine, right after."""
import json
import os
import subprocess


def compare(options, result):
    """Adds `ratio_to_reference` to the result; returns the line that says what was done."""
    directory = os.environ.get("BELFRY_REFERENCE", "")
    if not directory:
        return "The reference was left out: BELFRY_REFERENCE is not set."
    if not os.path.exists(os.path.join(directory, "dist", "api.js")):
        return f"The reference was left out: {directory} is not set up (run its setup.sh)."
    rates = run(directory, options)
    result["reference_per_s"] = rates
    result["ratio_to_reference"] = {delay: round(result["delays"][delay]["per_s"] / rate, 2) for delay, rate in rates.items() if delay in result["delays"]}
    return f"Ratio to the reference, singles end to end: {result['ratio_to_reference']}"


def run(directory, options):
    """Delay → notifications a second of the reference, end to end."""
    environment = {**os.environ, "N": str(options.n), "RUNS": "1", "DELAYS": options.delay}
    output = subprocess.run(["./run.sh", "single"], cwd=directory, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {str(figure["delay_ms"]): figure["delivered_per_s"] for figure in figures if figure.get("what") == "e2e-single"}
