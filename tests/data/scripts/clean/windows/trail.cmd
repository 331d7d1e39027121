@echo off
REM aws cloudtrail create-subscription
:: aws cloudtrail create-subscription
echo aws cloudtrail create-subscription --name x
set USAGE=aws cloudtrail create-subscription
