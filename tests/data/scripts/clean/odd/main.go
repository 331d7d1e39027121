package main
// aws cloudtrail create-subscription
var usage = "aws cloudtrail create-subscription"
