#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A guest that commits in a loop is killed at a random moment, twice; `make endure` does it 50 times.
exec bash "$(dirname "$0")/../endure/kills.sh" 2
