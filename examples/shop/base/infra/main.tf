resource "shop_database" "orders" {
  size = "small"
}
