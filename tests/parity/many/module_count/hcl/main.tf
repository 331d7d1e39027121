module "m" {
  count = 1
  source = "./modules/estate"
}
