// Lets module.go declare a function whose body is another package's.
