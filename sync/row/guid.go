package row

// IsGUID reports whether s is 32 hexadecimal digits of either case in groups of 8-4-4-4-12, with nothing around them.
func IsGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		digit := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
		if dash != (c == '-') || !dash && !digit {
			return false
		}
	}
	return true
}
