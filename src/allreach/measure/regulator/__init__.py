"""What regulators publish of mobile networks: coverage by operator, technology and place of use, white and grey spots,
and the field that sites send across the border.
"""
