"""What regulators publish of mobile networks: coverage, white and grey spots, fields that cross the border."""
