#!/usr/bin/env zx
const pattern = /["'`]/g;
await $`aws cloudtrail update-subscription --name ${name}`;
