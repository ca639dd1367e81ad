"""What is generated is what its generator writes now."""
import subprocess
import sys

GENERATORS = ("schemas/generate_vocabulary.py", "schemas/generate_config.py", "tests/bench/table")
CLI = "docs/reference/cli.md"


def check(tree):
    for generator in GENERATORS:
        run = subprocess.run([sys.executable, generator, "--check"], cwd=tree.root, capture_output=True, text=True)
        if run.returncode != 0:
            yield f"{generator} --check: {(run.stdout + run.stderr).strip()}"
    belfry = tree.build / "bin/belfry"
    if not belfry.exists():
        yield f"{CLI}: {belfry} is not built, so the page cannot be compared"
        return
    run = subprocess.run([belfry, "help", "--markdown"], capture_output=True, text=True)
    if run.returncode != 0:
        yield f"belfry help --markdown: exit code {run.returncode}: {run.stderr.strip()}"
    elif not tree.exists(CLI) or tree.text(CLI) != run.stdout:
        yield f"{CLI}: is stale; write it with build/release/bin/belfry help --markdown"
