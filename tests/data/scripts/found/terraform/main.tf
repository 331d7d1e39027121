resource "terraform_data" "old" {
  provisioner "local-exec" {
    command = "aws cloudtrail create-subscription --name legacy --s3-use-bucket audit-logs"
  }
}
