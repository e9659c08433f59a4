resource "shop_database" "orders" {
  size = "large"
}
