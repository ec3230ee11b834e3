package io.microspring.autoconfigure.container;

import java.util.List;
import java.util.function.Predicate;

import org.springframework.boot.docker.compose.core.RunningService;

/**
 * A server that comes in containers: with one more line in a table of these it is found
 * in Testcontainers and Docker Compose.
 *
 * @param type the name of the registry or broker
 * @param port its port inside of the container
 * @param images the images that hold it, without domain and tag
 */
public record ServerImage(String type, int port, List<String> images) {

	/** Boot's label for images with names of their own. */
	private static final String LABEL = "org.springframework.boot.service-connection";

	private static final String LIBRARY = "library/";

	/**
	 * The images of a table.
	 * @param table the table
	 * @return the names
	 */
	public static List<String> names(List<ServerImage> table) {
		return table.stream().flatMap((line) -> line.images.stream()).toList();
	}

	/**
	 * The line of an image.
	 * @param table the table
	 * @param isImage whether it goes by a name
	 * @return the line
	 * @throws IllegalStateException when there is none
	 */
	public static ServerImage of(List<ServerImage> table, Predicate<String> isImage) {
		return table.stream()
			.filter((line) -> line.images.stream().anyMatch(isImage))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("An image was taken for one that is known, and is not"));
	}

	/**
	 * The line of a service of Docker Compose.
	 * @param table the table
	 * @param service the service
	 * @return the line
	 */
	public static ServerImage of(List<ServerImage> table, RunningService service) {
		String name = service.labels().getOrDefault(LABEL, service.image().getName());
		String image = name.startsWith(LIBRARY) ? name.substring(LIBRARY.length()) : name;
		return of(table, image::equals);
	}

}
