module "inner" {
  source = "../estate"
}
