#!/bin/bash
echo start
aws cloudtrail create-subscription \
  --name Default
