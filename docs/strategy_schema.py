"""Write docs/strategy.schema.json, the JSON Schema of strategy.yaml: ``python docs/strategy_schema.py [--check]``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from allreach.indicators.strategy import json_schema

PAGE = Path(__file__).with_name("strategy.schema.json")


def main(arguments: list[str]) -> int:
    """Write or check the file."""
    text = json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
    if "--check" in arguments:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
