package io.microspring.samples.records;

import java.util.List;

import io.microspring.annotation.MicroHandler;
import io.microspring.errors.MicroException;

/**
 * Finds books.
 */
@MicroHandler
public class Library {

	private static final List<Book> BOOKS = List.of(new Book("Ulysses", "Joyce", 1922),
			new Book("Dubliners", "Joyce", 1914), new Book("Orlando", "Woolf", 1928));

	public Books find(Query query) {
		List<Book> found = BOOKS.stream().filter((book) -> book.author().equals(query.author())).toList();
		if (found.isEmpty()) {
			throw MicroException.notFound("library", "no book by " + query.author());
		}
		return new Books(found);
	}

	/** What is looked for. */
	public record Query(String author) {
	}

	/** What was found. */
	public record Books(List<Book> books) {
	}

	/** One book. */
	public record Book(String title, String author, int year) {
	}

}
