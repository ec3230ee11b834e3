package io.microspring.samples.recordsclient;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/**
 * Asks for the books of an author, and prints their titles.
 */
@SpringBootApplication
public class RecordsClientApplication {

	public static void main(String[] args) {
		SpringApplication.run(RecordsClientApplication.class, args);
	}

	@Bean
	ApplicationRunner find(Library library) {
		return (args) -> library.find(new Library.Query("Joyce"))
			.books()
			.forEach((book) -> System.out.println(book.title()));
	}

}
