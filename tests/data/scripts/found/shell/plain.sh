#!/bin/sh
set -eu
aws cloudtrail create-subscription --name Default --s3-use-bucket audit-logs
