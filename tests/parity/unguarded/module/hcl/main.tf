module "m" {
  source = "./modules/estate"
}
