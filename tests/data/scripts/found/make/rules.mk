.PHONY: a
a:
	cd x && aws cloudtrail create-subscription --name a

b: a
	for r in a b; do aws --region $$r cloudtrail update-subscription --name x; done
