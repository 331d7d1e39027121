		aws	cloudtrail	create-subscription	--name	Default
