package io.microspring.autoconfigure;

import java.util.List;
import java.util.concurrent.Executors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of the house for what Spring sees.
 */
class ArchitectureTest {

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.microspring.autoconfigure", "io.microspring.annotation");

	@Test
	void autoConfigurationsArePublicAndFinal() {
		classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.because("an application names them, in an exclusion, and never extends them")
			.check(CLASSES);
	}

	@Test
	void beanMethodsAreHidden() {
		methods().that()
			.areAnnotatedWith(Bean.class)
			.should()
			.bePackagePrivate()
			.because("beans are asked for from the context, never called")
			.check(CLASSES);
	}

	@Test
	void conditionsAreHidden() {
		classes().that()
			.implement(Condition.class)
			.should()
			.notBePublic()
			.allowEmptyShould(true)
			.because("what decides about a bean is not for others to build on")
			.check(CLASSES);
	}

	@Test
	void everyAutoConfigurationIsImported() {
		List<String> imported = ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("io.microspring."))
			.toList();
		List<String> written = CLASSES.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.toList();

		assertThat(imported).containsExactlyInAnyOrderElementsOf(written).isSorted();
	}

	@Test
	void whatIsPublicIsWhatAnApplicationTouches() {
		classes().that()
			.arePublic()
			.and()
			.areTopLevelClasses()
			.should()
			.beInterfaces()
			.orShould()
			.beRecords()
			.orShould()
			.beAnnotatedWith(AutoConfiguration.class)
			.orShould()
			.beAnnotatedWith(Endpoint.class)
			.orShould()
			.beAssignableTo(Observation.Context.class)
			.because("properties, events, details, customizers and conventions are an application's; the rest is not")
			.check(CLASSES);
	}

	@Test
	void conceptsHaveNoCycles() {
		slices().matching("io.microspring.autoconfigure.(*)..")
			.should()
			.beFreeOfCycles()
			.because("each concept can then be left out or replaced by itself")
			.check(CLASSES);
	}

	@Test
	void threadsAndThreadLocalsAreMadeInCore() {
		noClasses().should()
			.callCodeUnitWhere(DescribedPredicate.describe("a thread is made",
					(call) -> call.getTargetOwner().isAssignableTo(Thread.class)
							&& call.getName().equals(JavaConstructor.CONSTRUCTOR_NAME)))
			.orShould()
			.dependOnClassesThat(assignableTo(Executors.class).or(assignableTo(ThreadLocal.class)))
			.because("virtual threads, names and hand-offs are decided once, in Threads and CallContext")
			.check(CLASSES);
	}

	@Test
	void everyPackageIsNullMarked() {
		List<String> unmarked = CLASSES.stream()
			.map(JavaClass::getPackage)
			.distinct()
			.filter((aPackage) -> !aPackage.isAnnotatedWith(NullMarked.class))
			.map(JavaPackage::getName)
			.toList();

		assertThat(unmarked).as("packages whose package-info.java is missing or not @NullMarked").isEmpty();
	}

}
