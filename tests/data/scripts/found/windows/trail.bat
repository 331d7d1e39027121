@echo off
set NAME=Default
REM the old way
aws cloudtrail create-subscription ^
  --name %NAME% ^
  --s3-use-bucket audit-logs
if exist x.txt aws cloudtrail update-subscription --name "%NAME%"
call aws --profile a cloudtrail update-subscription --name y & echo done
