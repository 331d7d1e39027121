"""Wraps aws cloudtrail create-subscription."""
import subprocess

# subprocess.run(["aws", "cloudtrail", "create-subscription"])
USAGE = "aws cloudtrail create-subscription --name Default"
print("aws cloudtrail create-subscription")
log.info("run: aws cloudtrail create-subscription")
subprocess.run(["echo", "aws", "cloudtrail", "create-subscription"])
assert_called("cloudtrail create-subscription --name foo")
