# aws cloudtrail create-subscription --name Default
resource "terraform_data" "note" {
  input = "aws cloudtrail create-subscription --name Default"

  provisioner "local-exec" {
    command = "echo aws cloudtrail create-subscription"
  }
}
