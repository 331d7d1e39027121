# `aws cloudtrail create-subscription`
=begin
system("aws cloudtrail create-subscription")
=end
puts "aws cloudtrail create-subscription"
usage = <<~TEXT
  aws cloudtrail create-subscription --name Default
TEXT
Given(/^I double `aws cloudtrail`$/) { }
