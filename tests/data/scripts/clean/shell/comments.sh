#!/bin/bash
# aws cloudtrail create-subscription --name Default
true # aws cloudtrail update-subscription
: "aws cloudtrail create-subscription"
